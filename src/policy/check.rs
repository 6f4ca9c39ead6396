//! stub
/// P
#[derive(Debug)]
pub struct Problem;
