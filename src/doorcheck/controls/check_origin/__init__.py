"""The control ``check-origin``: can another site make a signed-in browser change something?"""
