"""``constrain-origins``: which sites may read a door's answers."""
