"""What the entries mean today; rebuildable at any moment."""
