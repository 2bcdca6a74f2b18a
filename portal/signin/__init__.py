"""From the identity provider to a learner with a session."""
