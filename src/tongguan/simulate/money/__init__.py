"""Money: how bills are paid and given back, what payment channels write on their statements, and what is wrong in them on purpose."""
