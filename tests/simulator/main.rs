//! The simulator from outside: real HTTP on a loopback port, and the byte seam under a virtual clock.
//!
//! Requests are signed by the few lines in `caller`, or were signed by the official SDK (`vectors`); never by the
//! product's own signing.

mod caller;
mod faults;
mod service;
mod vectors;
