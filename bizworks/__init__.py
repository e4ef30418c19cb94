"""bizworks: the shared record of business services of a workforce system."""
