//! What each state of the run state machine, and each event, does.
