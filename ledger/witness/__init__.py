"""A witness: what another party runs to see that the log only ever grows, and to say so under its own key."""
