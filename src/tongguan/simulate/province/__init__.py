"""What the made-up province is like: places, channels, goods, ways to pay, staff, calendar, and how busy it is. Data only."""
