"""The loop that every stage shares: falling rate, running mean of the weights, checkpoints, log. It knows nothing about what is learned.

A stage has: name, settings (its section), weights (parameters that learn), state() -> dict of modules, step(number) -> (loss, dict to log),
and may have after(number). It stops at `minutes` of its own time or at `steps`; a deadline interrupts it, and the next run goes on.
"""
import json
import math
import time

import torch


def train(stage, folder, run, deadline):
    """Runs the stage to its end, from its checkpoint if there is one. The weights end as their running mean."""
    settings, saved = stage.settings, folder / f"{stage.name}.pt"
    optimiser = torch.optim.AdamW(stage.weights, settings.rate, tuple(settings.betas), weight_decay=settings.weight_decay, fused=True)
    mean = [weight.detach().clone() for weight in stage.weights]
    number, spent = restore(saved, stage, optimiser, mean) if saved.exists() else (0, 0.0)
    torch.manual_seed(settings.seed + number)
    log = open(folder / f"{stage.name}.jsonl", "a")
    began = last = time.time()
    while (progress := max(number / settings.steps, (spent + time.time() - began) / 60 / settings.minutes)) < 1:
        for group in optimiser.param_groups:
            group["lr"] = settings.rate * falling(progress, number, settings)
        stage.progress = progress
        loss, values = stage.step(number)
        if number % run.log_steps == 0:
            note(log, stage.name, number, spent + time.time() - began, {"loss": loss.detach(), **values})
        descend(optimiser, stage.weights, loss, settings.clip)
        number += 1
        torch._foreach_lerp_(mean, [weight.detach() for weight in stage.weights], 1 - min(settings.ema, (1 + number) / (10 + number)))
        if hasattr(stage, "after"):
            stage.after(mean)
        over = time.time() > deadline
        if over or time.time() - last > 60 * run.checkpoint_minutes:
            keep(saved, stage, optimiser, mean, number, spent + time.time() - began)
            last = time.time()
        if over:
            break
    with torch.no_grad():
        torch._foreach_copy_(list(stage.weights), mean)
    print(f"{stage.name}: {number} steps in {(spent + time.time() - began) / 60:.1f} minutes", flush=True)
    return progress >= 1


def falling(progress, number, settings):
    """Linear warm-up, then a cosine down to final_rate at the end of the stage's time."""
    low = settings.final_rate
    return min(1, (number + 1) / settings.warmup) * (low + (1 - low) * 0.5 * (1 + math.cos(math.pi * min(1, progress))))


def descend(optimiser, weights, loss, clip):
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(weights, clip)
    optimiser.step()


def note(log, name, number, seconds, values):
    row = {"step": number, "seconds": round(seconds, 1), **{key: round(float(value), 5) for key, value in values.items()}}
    log.write(json.dumps(row) + "\n")
    log.flush()
    if not math.isfinite(row["loss"]):
        raise SystemExit(f"{name}: the loss is {row['loss']} at step {number}; lower its rate in config.toml and start the stage again")
    print(name, *(f"{key} {value}" for key, value in row.items()), flush=True)


def keep(path, stage, optimiser, mean, number, seconds):
    """Written beside and then renamed: an interruption leaves the one before."""
    state = {"modules": {name: module.state_dict() for name, module in stage.state().items()}, "optimiser": optimiser.state_dict()}
    torch.save({**state, "mean": mean, "number": number, "seconds": seconds}, path.with_suffix(".new"))
    path.with_suffix(".new").rename(path)


def restore(path, stage, optimiser, mean):
    saved = torch.load(path, map_location=stage.device, weights_only=True)
    for name, module in stage.state().items():
        module.load_state_dict(saved["modules"][name])
    optimiser.load_state_dict(saved["optimiser"])
    torch._foreach_copy_(mean, saved["mean"])
    print(f"{stage.name}: going on from step {saved['number']}", flush=True)
    return saved["number"], saved["seconds"]
