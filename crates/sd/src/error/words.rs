//! What each error says. Those of the solver and of the graph, which know nothing of sentences, get theirs here.

use super::{Error, Sentence, Value};
use crate::sentence;

impl Error {
    /// What it says, for whoever says it in another language. `Display` is its English. One arm a variant, as a table.
    pub fn sentence(&self) -> Sentence {
        match self {
            Error::Missing { place, name, hint } => sentence!("{place}: there is no {name}; {hint}", place, name, hint),
            Error::Read { place, name, reason } => sentence!("{place}: {name} could not be read: {reason}", place, name, reason),
            Error::Settings { problem } => sentence!("settings: {problem}", problem),
            Error::Write { reason } => sentence!("writing failed: {reason}; is there room on the disk?", reason),
            Error::Damaged { file, problem, hint } => sentence!("{file}: {problem}; {hint}", file, problem, hint),
            Error::Tensor { file, name, problem } => sentence!("{file}: tensor {name} {problem}", file, name, problem),
            Error::Config { file, key, problem } => sentence!("{file}: {key} {problem}", file, key, problem),
            Error::Model { component, problem } => sentence!("{component}: {problem}", component, problem = of_graph(problem)),
            Error::LeftOver { component, names } => sentence!(
                "{component}: {count} tensors of the file belong to no layer of the configuration; is config.json another model's? They are: {names}",
                component,
                count = names.len(),
                names
            ),
            Error::Layout { place, problem, hint } => sentence!("{place}: {problem}; {hint}", place, problem, hint),
            Error::Positions { tokenizer, text_encoder } => sentence!(
                "the tokenizer's model_max_length is {tokenizer}, the text encoder's max_position_embeddings is {text_encoder}; are these files of one model?",
                tokenizer,
                text_encoder
            ),
            Error::Vocabulary { tokenizer, text_encoder } => sentence!(
                "the tokenizer has {tokenizer} pieces, the text encoder's vocab_size is {text_encoder}; are these files of one model?",
                tokenizer,
                text_encoder
            ),
            Error::Prompt { problem, hint } => sentence!("the prompt {problem}; {hint}", problem, hint),
            Error::Inversion { name, problem, hint } => {
                sentence!("the textual inversion {name} {problem}; {hint}", name, problem, hint)
            }
            Error::Lora { name, problem, hint } => sentence!("LoRA {name}: {problem}; {hint}", name, problem, hint),
            Error::Upscaler { name, problem, advice } => sentence!("upscaler {name}: {problem}; {advice}", name, problem, advice),
            Error::Cancelled => sentence!("the run was cancelled"),
            Error::NotReady => sentence!("a network was asked to run before it was made ready; this is a bug in Decant"),
            Error::Graph(error) => of_graph(error),
            Error::Solver(error) => of_solver(error),
            // What was asked for, and what it would take.
            Error::ModelMemory { need, most, device } => sentence!(
                "the model's weights would take {need} of memory on {device}, which has {most} for them; a smaller or quantized model may fit",
                need = Value::Bytes(*need),
                device,
                most = Value::Bytes(*most)
            ),
            Error::Size { name, pixels, factor, most, near } => sentence!(
                "{name} {pixels} does not fit the model: a multiple of {factor} from {factor} to {most} is needed, for instance {near}",
                name = Value::setting(name),
                pixels,
                factor,
                most,
                near
            ),
            Error::Start { what, problem, advice } => sentence!("{what}: {problem}; {advice}", what, problem, advice),
            Error::Range { name, got, expected, hint } => {
                sentence!("{name} is {got}, expected {expected}; {hint}", name = Value::setting(name), got, expected, hint)
            }
            Error::Unread { sampler, name, got, able } => sentence!(
                "the sampler {sampler} cannot follow {name} {got}, expected none: {able} read it; leave it out, or choose one of these",
                sampler,
                name = Value::setting(name),
                got,
                able
            ),
            Error::EmbeddedGuidance { name } => sentence!(
                "{name} changes how two answers become one, but this model is told the guidance scale and asked once; leave {name} out",
                name = Value::setting(name)
            ),
            Error::Guidance { got } => sentence!("guidance is {got}, expected -1000 to 1000; 1 turns guidance off, 7.5 is usual", got),
            Error::Memory { width, height, need, most, device, reason, advice } => {
                let (need, most) = (Value::Bytes(*need), Value::Bytes(*most));
                match reason {
                    Some(reason) => sentence!(
                        "{width}×{height} would take {need} of memory on {device}: {reason}; {advice}",
                        width,
                        height,
                        need,
                        device,
                        reason,
                        advice
                    ),
                    None => sentence!(
                        "{width}×{height} would take {need} of memory on {device}, which has {most} for it; {advice}",
                        width,
                        height,
                        need,
                        device,
                        most,
                        advice
                    ),
                }
            }
            Error::TinyLatents { got, expected } => sentence!(
                "the tiny autoencoder has {channels} latent channels of {factor}×{factor} pixels, the model {own} of {places}×{places}; TAESD belongs to Stable Diffusion 1 and 2, TAESDXL to XL",
                channels = got.0,
                factor = got.1,
                own = expected.0,
                places = expected.1
            ),
            Error::NoTiny => sentence!(
                "a tiny autoencoder was asked for, but the model was opened without one; give the folder or file of a TAESD as its preview decoder"
            ),
            Error::NotFinite { what, bad, of } => sentence!(
                "{bad} of {of} values that the autoencoder's {what} are NaN or infinite, so there is no picture; keep the weights as f32, or give the model another autoencoder",
                bad,
                of,
                what
            ),
        }
    }
}

/// Of a device, what it or its driver says is English; the commonest has rows all the same.
pub(super) fn of_graph(error: &decant_graph::Error) -> Sentence {
    use decant_graph::Error as Graph;
    match error {
        Graph::Lost(reason) => {
            sentence!("the GPU device was lost ({reason}); open the model again to go on, or compute on the CPU", reason)
        }
        Graph::OutOfMemory(problem) => out_of_memory(problem),
        other => Sentence::english(other.to_string()),
    }
}

/// What a device says, with or without what it was for.
pub(crate) fn out_of_memory(english: &str) -> Sentence {
    match english.split_once(": ") {
        Some((what, problem)) => sentence!("{what}: {problem}", what, problem = Sentence::english(problem.to_string())),
        None => Sentence::english(english.to_string()),
    }
}

fn of_solver(error: &decant_solver::Error) -> Sentence {
    use decant_solver::Error as Solver;
    match error {
        Solver::Value { key, got, expected, hint } => sentence!(
            "scheduler configuration: {key} is {got}, expected {expected}; {hint}",
            key,
            got,
            expected = range(expected),
            hint = Sentence::english(*hint)
        ),
        Solver::Unsupported { sampler, key, got, reason, hint } => sentence!(
            "scheduler configuration: {key} is {got}, which the sampler {sampler} cannot follow: {reason}; {hint}",
            key,
            got,
            sampler,
            reason = Sentence::english(reason.clone()),
            hint = Sentence::english(*hint)
        ),
        Solver::Steps { got, most, key } => {
            sentence!("sampling with {got} steps: expected 1 to {most} ({key}); choose a number in that range", got, most, key)
        }
        Solver::Choice { sampler, choice, got, expected, hint } => sentence!(
            "the sampler {sampler} cannot follow {choice} {got}, expected {expected}; {hint}",
            sampler,
            choice = Value::setting(choice),
            got,
            expected = range(expected),
            hint = Sentence::english(*hint)
        ),
        Solver::Cfgpp { sampler, able } => sentence!(
            "the sampler {sampler} cannot follow {choice} true, expected false: it is defined for {able}; choose one of these",
            sampler,
            choice = Value::setting("cfgpp"),
            able
        ),
        Solver::Sigmas { got, known, nearest } => sentence!(
            "sigmas are {got}, expected a list of numbers or one of {known}; {hint}",
            got = Value::quoted(got),
            known,
            hint = did_you_mean(nearest.as_deref())
        ),
        Solver::SigmaList { length, first, last, expected, most } => sentence!(
            "sigmas are a list of {length} from {first} to {last}, expected {expected} falling numbers from {most} at most to 0 or more; give one more than steps: where the last step ends",
            length,
            first,
            last,
            expected,
            most
        ),
        Solver::NotFinite { what, call, total, timestep, bad: (bad, of) } => sentence!(
            "step {call} of {total} (timestep {timestep}): {bad} of {of} values of {what} are NaN or infinite, so the run ends here; lower the guidance or choose another sampler, and if it stays so, keep the weights as f32 or download the model again",
            call,
            total,
            timestep,
            bad,
            of,
            what = Sentence::english(*what)
        ),
        Solver::Name { what, got, expected, nearest } => sentence!(
            "no {what} is called {got}, expected one of {expected}; {hint}",
            what = Sentence::english(*what),
            got = Value::quoted(got),
            expected,
            hint = did_you_mean(nearest.as_deref())
        ),
        // Slips of whoever calls the solver: our own, or a model's.
        Solver::Length { .. } | Solver::Noise { .. } => Sentence::english(error.to_string()),
    }
}

/// The names that are near what was typed, if any is.
pub(crate) fn did_you_mean(nearest: Option<&str>) -> Sentence {
    match nearest {
        Some(name) => sentence!("did you mean {name}?", name),
        None => sentence!("choose one of these"),
    }
}

/// What a solver expects: a range, which every language can say, or a clause.
fn range(expected: &str) -> Sentence {
    match expected.split_once(" to ") {
        Some((least, most)) if least.parse::<f64>().is_ok() && most.parse::<f64>().is_ok() => sentence!("{least} to {most}", least, most),
        _ => Sentence::english(expected.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use decant_solver::{Error as Solver, Options, Sampler, SchedulerConfig, Sigmas, schedule};

    /// The solver writes its own English: that of the templates is the same.
    #[test]
    fn what_the_solver_says_is_the_templates_english() {
        let config = SchedulerConfig::default();
        let of = |sampler, options: Options| schedule(sampler, &config, options).err();
        let list = |numbers: &[f32]| Options { sigmas: Sigmas::List(numbers.to_vec()), ..Options::steps(2) };
        let errors = [
            of(Sampler::Ddim, Options::steps(0)),
            of(Sampler::Ddim, Options { eta: Some(2.0), ..Options::steps(2) }),
            of(Sampler::Heun, Options { cfgpp: true, ..Options::steps(2) }),
            of(Sampler::Euler, list(&[1.5, 2.0, 0.0])),
            of(Sampler::Euler, Options { begin: Some(9), ..Options::steps(2) }),
            "karas".parse::<Sigmas>().err(),
            "%".parse::<Sigmas>().err(),
            Sampler::from_id("eular").err(),
            Some(Solver::NotFinite { what: "the latents", call: 1, total: 2, timestep: 0.5, bad: (3, 4) }),
            Some(Solver::Value { key: "beta_start", got: "2".into(), expected: "0 to 1".into(), hint: "correct it" }),
            Some(Solver::Unsupported { sampler: "ddim", key: "x", got: "y".into(), reason: "z".into(), hint: "leave it" }),
            Some(Solver::Noise { expected: 4, got: 3 }),
        ];
        for error in errors {
            let error = error.expect("each is refused");
            assert_eq!(of_solver(&error).to_string(), error.to_string());
        }
    }

    #[test]
    fn what_the_graph_says_is_the_templates_english() {
        use decant_graph::Error as Graph;
        for error in
            [Graph::Lost("gone".into()), Graph::OutOfMemory("a: b".into()), Graph::OutOfMemory("c".into()), Graph::Device("d".into())]
        {
            assert_eq!(of_graph(&error).to_string(), error.to_string());
        }
    }
}
