"""What a message says, as plain text and as Markdown.

messages    one event in words
flood       many first calls as one message
blocks      the pieces of which both are made
chat_texts  somebody else's text, made fit for a chat
"""
