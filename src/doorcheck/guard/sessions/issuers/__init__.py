"""One module for each library whose sessions are read."""
