"""Pictures, sentences and the briefing, made from the tables of the study."""
