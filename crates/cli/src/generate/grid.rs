//! Many pictures on one sheet. All are checked before the first is made; the sheet is written anew after each, so that what is done is kept
//! when the command is ended.

use super::watch::Watcher;
use super::{output, recorded};
use crate::Failure;
use crate::arguments::Generate;
use decant_record::{Canvas, Grid};
use decant_sd::pipeline::Pipeline;
use decant_sd::request::Request;

/// Makes the cells and writes the sheet.
pub(super) fn run(options: &Generate, pipeline: &mut Pipeline, base: &Request, grid: &Grid, fingerprint: &str) -> Result<(), Failure> {
    let cells = grid.cells(base)?;
    let mut settled = vec![];
    for cell in &cells {
        if cell.count != 1 {
            return Err("a grid has one picture in each cell; leave --count out, and give --grid seed=1..4 for several".into());
        }
        settled.push(pipeline.check(cell)?);
    }
    let bar = super::bar(options.quiet, "{prefix:13} {bar:40} {pos} of {len} steps, {eta} left");
    let mut watcher = Watcher { bar, trace: None, animation: None };
    let mut made: Vec<Option<Canvas>> = vec![None; cells.len()];
    // What the axes leave alone is the first cell's.
    let first = settled.first().ok_or("a grid has no cells")?;
    let mut record = recorded::record(options, pipeline, &first.asked, fingerprint);
    record.grid = grid.typed();
    for (index, cell) in cells.iter().enumerate() {
        watcher.bar.set_prefix(format!("{} of {}", index + 1, cells.len()));
        let generated = pollster::block_on(pipeline.generate(cell, &mut watcher))?;
        made[index] = Some(Canvas::from(&generated.picture));
        output::write(&options.out, &recorded::file(options, &record, &grid.sheet(&made))?)?;
    }
    watcher.bar.finish_and_clear();
    if options.records.sidecar {
        output::write(&output::beside(&options.out), record.to_json().as_bytes())?;
    }
    if !options.quiet {
        eprintln!("{}: {} pictures, {}", options.out.display(), cells.len(), grid.typed().join(", "));
    }
    Ok(())
}
