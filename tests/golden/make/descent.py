"""Sampling as optimisation, which has no judge elsewhere: torch's own optimisers, and Adam by its paper's formulas."""
import torch


def descent(sampler, scheduler, model, noise, enough=0.05):
    """All latents of a run; the learning rates are the distances between the scheduler's noise levels."""
    x = torch.nn.Parameter(noise * scheduler.init_noise_sigma)
    sgd = torch.optim.SGD([x], lr=0.0, **({"momentum": 0.5, "dampening": 0.5} if sampler == "momentum" else {}))
    mean, square, unit, latents = 0.0, 0.0, None, []
    for i, (t, sigma, end) in enumerate(zip(scheduler.timesteps, scheduler.sigmas, scheduler.sigmas[1:]), 1):
        with torch.no_grad():
            output = model(x / (sigma ** 2 + 1) ** 0.5, t)
            x0 = x - sigma * output
            if scheduler.config.prediction_type == "v_prediction":
                x0 = x / (sigma ** 2 + 1) - output * sigma / (sigma ** 2 + 1) ** 0.5
            eps = (x - x0) / sigma
            if sigma * eps.square().mean().sqrt() < enough:
                return latents + [x0]
            if sampler == "adam":
                mean, square = 0.5 * mean + 0.5 * eps, 0.999 * square + 0.001 * eps.square().mean()
                unit = square / 0.001 if unit is None else unit
                step = mean / (1 - 0.5 ** i) / (square / (1 - 0.999 ** i)).sqrt()
                x -= (sigma - end) * unit.sqrt() * step
            else:
                x.grad, sgd.param_groups[0]["lr"] = eps, float(sigma - end)
                sgd.step()
            latents.append(x.detach().clone())
    return latents
