"""What comes in: vendor files become contract rows, contract rows become incidents, incidents become a snapshot."""
