"""The service desk: contacts with a queue, agents with shifts, tickets, surveys, follow-ups, knowledge."""
