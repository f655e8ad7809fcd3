//! What lies between an older version of a route and the one that answers for it.

use std::sync::Arc;

use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};

use crate::contain::{Panicked, contained};
use crate::route::{App, CellPlace, OlderForm, Route, StoredValue, Untellable};
use crate::schema::{InputSchema, Model, Shape, Types};
use crate::testing::contract::subject::Subject;
use crate::testing::contract::{Kit, RouteUnderTest};
use crate::testing::values::Values;
use crate::wire::PositionKey;

/// How many values are made up of each type.
const MADE_UP: usize = 300;

/// Every value that the older version takes goes through `upgrade` and is one that the newer version takes, and whatever that answers goes
/// through `downgrade`.
pub fn goes_through<A: App>(kit: &Kit<A>, route: &RouteUnderTest) {
    let subject = Subject::new(kit, route);
    let older = subject.route;
    let form = older.older_form().unwrap_or_else(|| panic!("`{}` has a handler of its own", subject.name()));
    takes_what_it_took(&subject, form);
    // A mutation answers nothing.
    let Some(newest) = older.happens_as() else { return };
    let mut models = [Model::default(), Model::default()];
    let [new_types, old_types] = [newest.types(&mut models[0]), older.types(&mut models[1])];
    type Downgrade = fn(&dyn OlderForm, &RawValue) -> Result<Box<RawValue>, Untellable>;
    let outputs: [(&str, Downgrade); 3] = [
        ("serverOutput", |form, output| form.server_output(output)),
        ("output", |form, output| form.server_output(output)),
        ("clientOutput", |form, own| form.client_output(own)),
    ];
    for (name, downgrade) in outputs {
        let shape = |types: &crate::schema::RouteTypes| {
            let payload = types.payloads.iter().find(|payload| payload.name == name)?;
            Some(payload.wire.as_ref()?.shape.clone())
        };
        let (Some(new), Some(old)) = (shape(&new_types), shape(&old_types)) else { continue };
        let schema = InputSchema::new(&models[1], &old);
        let mut gone_through = Err("nothing was made up".to_owned());
        for value in made_up(models[0].types(), &new) {
            let told = contained(|| downgrade(form, &to_raw_value(&value).expect("JSON")));
            match told {
                // What is no value of the type is none that was ever answered.
                Ok(Err(Untellable::Read(error))) => {
                    gone_through = gone_through.map_err(|_| format!("{value}: {error}"));
                }
                Ok(Ok(told)) => {
                    if let Err(wrong) = schema.check(told.get()) {
                        let place = format!("wrong at `{}`: {}", wrong.path, wrong.reason);
                        let what = format!("becomes {told} by `downgrade`, which is {place}");
                        fail(&subject, name, &value, &what);
                    }
                    gone_through = Ok(());
                }
                Ok(Err(Untellable::Write)) => {
                    fail(&subject, name, &value, "becomes something without a JSON form by `downgrade`")
                }
                Err(Panicked) => fail(&subject, name, &value, "makes `downgrade` panic"),
            }
        }
        if let Err(why) = gone_through {
            panic!(
                "`{}`, which a newer version answers for: no `{name}` of that can be read as what it was written from ({why})\n  help: what is \
                 told is made of its JSON: a type has to read what it writes",
                subject.name()
            );
        }
    }
}

fn takes_what_it_took<A: App>(subject: &Subject<'_, A>, form: &dyn OlderForm) {
    let (inputs, schema) = (subject.inputs(), subject.route.input_schema());
    let mut taken = 0;
    let own = A::test_inputs(subject.name());
    for value in own.into_iter().chain(made_up(inputs.types(), inputs.shape())) {
        match contained(|| form.takes(&schema, &value.to_string())) {
            // The older version would not have taken it either.
            Ok(Err(_)) => continue,
            Ok(Ok(Ok(()))) => taken += 1,
            Ok(Ok(Err(wrong))) => {
                let params = json!(wrong.params());
                let what = format!("becomes by `upgrade` what the newer version refuses: {wrong} {params}");
                fail(subject, "input", &value, &what);
            }
            Err(Panicked) => fail(subject, "input", &value, "makes `upgrade` panic"),
        }
    }
    assert!(
        taken > 0,
        "no input was found that the rules of `{}` let pass\n  help: return one in `App::test_inputs`",
        subject.name()
    );
}

fn made_up(types: &Types, shape: &Shape) -> Vec<Value> {
    let mut values = Values::new(types, 1).obeying_rules();
    (0..MADE_UP).map(|_| values.value(shape)).collect()
}

/// Every value that a version of a state may have stored is read by the one that takes it over.
pub fn reads_what_was_stored<A: App>(kit: &Kit<A>, route: &RouteUnderTest) {
    let subject = Subject::new(kit, route);
    let Some(state) = subject.route.state() else { panic!("`{}` is no state", subject.name()) };
    let place = || CellPlace {
        cb: subject.route.id().cb,
        room: "room".into(),
        life: "life".into(),
        limit: usize::MAX,
        positions: Arc::new(PositionKey::new([0; 16])),
    };
    for (version, (path, named)) in state.names().into_iter().enumerate() {
        let is_it = |of: &&&'static dyn Route<A>| (of.id().path, of.id().version) == (path, named);
        let Some(of) = subject.table.states.all.iter().find(is_it) else { continue };
        let mut model = Model::default();
        // One that is kept in memory alone has stored nothing.
        let Some(stored) = of.types(&mut model).stored else { continue };
        let mut is_tried = false;
        for value in made_up(model.types(), &stored.shape) {
            let json = value.to_string();
            // What is no value of that version was never stored.
            let is_own = of.state().is_some_and(|own| own.go_on(place(), as_stored(0, &json)).is_ok());
            if !is_own {
                continue;
            }
            is_tried = true;
            if let Err(error) = state.go_on(place(), as_stored(version, &json)) {
                let what = format!("value of `{path}/{named}`");
                panic!(
                    "`{}` cannot go on from the {what} {value}: {error}\n  help: whatever was stored has to be read; `upgrade` makes of each \
                     older value one that keeps to the rules",
                    subject.name()
                );
            }
        }
        assert!(is_tried, "`{}`: no value was found that `{path}/{named}` could have stored", subject.name());
    }
}

fn as_stored(version: usize, json: &str) -> StoredValue<'_> {
    StoredValue::Json { version, number: 1, json }
}

fn fail<A: App>(subject: &Subject<'_, A>, what: &str, value: &Value, why: &str) -> ! {
    panic!(
        "`{}`, which a newer version answers for: the `{what}` {value} {why}\n  help: whatever was right in the older version has to go through",
        subject.name()
    );
}
