"""The demo model: how the small language model that ships with the house is written and trained."""
