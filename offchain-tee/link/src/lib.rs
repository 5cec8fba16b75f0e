//! What module and host say to each other, and what modules say to modules through hosts.
