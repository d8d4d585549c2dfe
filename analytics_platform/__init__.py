"""Product analytics for an AI study assistant: from an event log to decisions."""
