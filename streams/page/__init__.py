"""The live page shows a newsroom's desk the newest alerts and the leaders in the news.

A subscriber of the published topics fills a bounded model, which browsers receive as server-sent
events. The page depends only on the published contract, so that it can run apart from the workers.
"""
