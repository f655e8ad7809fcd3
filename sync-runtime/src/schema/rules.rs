//! The rules of `#[validate]`, told in wire names and without the value.

use std::borrow::Cow;

use validator::{Validate, ValidationError, ValidationErrors, ValidationErrorsKind};

use super::{InvalidInput, Path};

/// What validator says about one struct; the fields are asked for one by one, in their order.
#[derive(Debug)]
pub struct Rules(Option<ValidationErrors>);

impl Rules {
    /// Runs the rules of `value`, not those of what it holds.
    pub fn of(value: &impl Validate) -> Self {
        Self(value.validate().err())
    }

    /// Says that nothing is wrong.
    #[must_use]
    pub const fn none() -> Self {
        Self(None)
    }

    /// Refuses the field that Rust calls `name` and that stands at `at`, if one of its rules does not hold.
    ///
    /// # Errors
    ///
    /// The first rule of the field that does not hold.
    pub fn field(&self, name: &str, at: &Path<'_>) -> Result<(), InvalidInput> {
        let Some(errors) = &self.0 else { return Ok(()) };
        match errors.errors().get(name) {
            Some(ValidationErrorsKind::Field(errors)) => errors.first().map_or(Ok(()), |error| Err(refusal(error, at))),
            _ => Ok(()),
        }
    }

    /// Refuses the struct at `at` if a rule about it as a whole does not hold.
    ///
    /// # Errors
    ///
    /// The first such rule.
    pub fn whole(&self, at: &Path<'_>) -> Result<(), InvalidInput> {
        self.field("__all__", at)
    }
}

/// Keeps the code, which is ours to choose, and leaves out the parameters, one of which is the value.
fn refusal(error: &ValidationError, at: &Path<'_>) -> InvalidInput {
    let code = if error.code.contains('_') { Cow::Owned(error.code.replace('_', "-")) } else { error.code.clone() };
    InvalidInput::new(at, code)
}

/// Runs the rules of a struct if its derive has succeeded; where it has not, that is the one error to show.
#[derive(Debug)]
pub struct Probe<'a, T>(pub &'a T);

/// Found first, for values with rules.
pub trait ByRules {
    /// Runs the rules.
    fn rules(&self) -> Rules;
}

impl<T: Validate> ByRules for Probe<'_, T> {
    fn rules(&self) -> Rules {
        Rules::of(self.0)
    }
}

/// Found second, for values without.
pub trait WithoutRules {
    /// Says that nothing is wrong.
    fn rules(&self) -> Rules;
}

impl<T> WithoutRules for &Probe<'_, T> {
    fn rules(&self) -> Rules {
        Rules::none()
    }
}
