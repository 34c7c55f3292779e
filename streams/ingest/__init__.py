"""Articles from files, standard input and feeds, on their way into `news.articles`.

Owns the reading of sources, the check before sending and the count of what was refused. Must not
know the command line, nor what becomes of an article once it is in the topic.
"""
