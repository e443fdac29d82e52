"""Needle: which word does a text give for a place, among those that it gives for others?"""
