"""Sends the weekly list to where people read: Slack, Teams, another program, a mailbox. Each is told a thing once."""
