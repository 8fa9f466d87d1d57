"""The control ``patch-framework``: the app's Next.js version has no known hole."""
