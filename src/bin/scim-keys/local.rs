//! The function in this process, as the loop invokes it.

use std::cell::RefCell;

use scim_key_lifecycle::clock::{Clock, Deadline};
use scim_key_lifecycle::config::{RESERVE, TIMEOUT};
use scim_key_lifecycle::handler::{self, Cloud};
use scim_key_lifecycle::orchestrator;
use scim_key_lifecycle::report::Answer;
use serde_json::Value;

/// The handler, with as much time for each hop as the function has on Lambda. It keeps its answers for whoever asks.
pub(super) struct Local<'a, C> {
    function: &'a handler::Function<'a, C>,
    answers: RefCell<Vec<Answer>>,
}

impl<'a, C> Local<'a, C> {
    pub(super) fn new(function: &'a handler::Function<'a, C>) -> Self {
        Self { function, answers: RefCell::default() }
    }

    /// The answers since this was last asked, the oldest first.
    pub(super) fn take(&self) -> Vec<Answer> {
        self.answers.take()
    }
}

impl<C: Cloud> orchestrator::Function for Local<'_, C> {
    async fn invoke(&self, event: &Value) -> Result<Answer, String> {
        let by = as_long_as_on_lambda(self.function.cloud.clock());
        let answer = handler::handle(event.to_string().as_bytes(), self.function, by).await;
        let answer = answer.map_err(|refused| refused.to_string())?;
        self.answers.borrow_mut().push(answer.clone());
        Ok(answer)
    }
}

/// By when an invocation that begins now must be through: it has as long as on Lambda.
pub(super) fn as_long_as_on_lambda(clock: &impl Clock) -> Deadline {
    Deadline(clock.now().plus(TIMEOUT).minus(RESERVE))
}
