"""Does the door write only the fields it names?"""
