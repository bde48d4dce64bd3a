"""Application logs become batches of uses; one file a format."""
