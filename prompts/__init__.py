"""What is said before a conversation begins: named, versioned prompts in two languages."""
