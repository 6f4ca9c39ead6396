//! What the measuring programs have in common. Each of them prints one JSON object; `ledger.py` runs them, side by side with
//! their floors and peers, and writes `docs/performance.md`.

#![forbid(unsafe_code)]

pub mod bare;
pub mod delay;
pub mod measure;
pub mod pure;
pub mod stage;
pub mod tls;
