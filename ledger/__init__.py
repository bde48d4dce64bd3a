"""What happened, and the proof that it did."""
