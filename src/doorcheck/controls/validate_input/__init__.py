"""Does what the door uses of the caller's input pass a check first?"""
