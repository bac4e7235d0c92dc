"""Rules 时限规则: limits of steps, working calendars and reference processes, as people read and change them."""
