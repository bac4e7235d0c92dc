"""Who comes, what they look at and ask for, how they sign in, and which of them make up their mind to order."""
