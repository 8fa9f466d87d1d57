"""The app's database as its own files describe it: tables, whose records they hold, and who may reach them."""
