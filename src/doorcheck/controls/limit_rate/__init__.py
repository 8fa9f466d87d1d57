"""The control ``limit-rate``: does a limit stand before work that costs, or that can be guessed at?"""
