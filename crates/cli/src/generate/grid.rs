//! Many pictures on one sheet. All are checked before the first is made; the sheet is written anew as they come, so that what is done is kept
//! when the command is ended.

use super::passing::Passing;
use super::recorded;
use super::watch::Watcher;
use crate::arguments::Generate;
use crate::{Failure, output, progress, source};
use decant_record::{Canvas, Grid};
use decant_sd::error::bytes as amount;
use decant_sd::pipeline::Pipeline;
use decant_sd::request::Request;
use std::time::{Duration, Instant};

/// Bytes of a sheet's pixels.
const MOST_BYTES: usize = 1_000_000_000;
/// At most one part in so many of the time goes into writing sheets that are not whole yet.
const SHARE: u32 = 20;

/// Makes the cells and writes the sheet.
pub(super) fn run(options: &Generate, pipeline: &mut Pipeline, base: &Request, grid: &Grid, fingerprint: &str) -> Result<(), Failure> {
    let cells = grid.cells(base)?;
    recorded::tell_words(&cells);
    let mut settled = vec![];
    for (at, cell) in cells.iter().enumerate() {
        if cell.count != 1 {
            return Err("a grid has one picture in each cell; leave --count out, and give --grid seed=1..4 for several".into());
        }
        settled.push(pipeline.check(cell).map_err(|error| format!("the cell at {}: {error}", grid.place(at)))?);
    }
    let sizes = settled.iter().map(|cell| pipeline.final_size(cell));
    let bytes: usize = sizes.map(|[width, height]| 3 * width * height).sum();
    if bytes > MOST_BYTES {
        return Err(format!(
            "the sheet would be {} of pixels, expected {} at most; take fewer values",
            amount(bytes as u64),
            amount(MOST_BYTES as u64)
        )
        .into());
    }
    let bar = progress::bar(options.quiet, "{prefix:13} {bar:40} {pos} of {len} steps, {eta} left");
    let started = std::time::Instant::now();
    let mut watcher = Watcher { bar, trace: None, started, animation: None, passing: Passing::default() };
    let mut made: Vec<Option<Canvas>> = vec![None; cells.len()];
    // What the axes leave alone is the first cell's.
    let first = settled.first().ok_or("a grid has no cells")?;
    let mut record = recorded::record(options, pipeline, &first.request, fingerprint);
    record.grid = grid.typed();
    let (begun, mut writing) = (Instant::now(), Duration::ZERO);
    for (index, cell) in cells.iter().enumerate() {
        watcher.bar.set_prefix(format!("{} of {}", index + 1, cells.len()));
        let generated = pollster::block_on(pipeline.generate(cell, &mut watcher))?;
        source::confirm()?;
        made[index] = Some(Canvas::from(&generated.picture));
        let (since, last) = (Instant::now(), index + 1 == cells.len());
        if last || writing * SHARE <= begun.elapsed() {
            output::write(&options.out, &recorded::file(options, &record, &grid.sheet(&made))?)?;
            writing += since.elapsed();
        }
    }
    watcher.bar.finish_and_clear();
    if options.records.sidecar {
        output::write(&output::beside(&options.out), record.to_json().as_bytes())?;
    }
    if !options.quiet {
        note!("{}: {} pictures, {}", options.out.display(), cells.len(), grid.typed().join(", "));
    }
    Ok(())
}
