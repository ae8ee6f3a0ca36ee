//! Load-test scripts: safe archives, JMeter plans read, checked and rewritten. Pure.
