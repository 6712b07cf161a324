//! Every node of ComfyUI's and of its most used extensions that is known to lie between a sampler and what it uses, and what becomes of each.
//!
//! It is data: a block for each collection with where it was looked up and when. What a node is decides how the graph is walked (`graph.rs`);
//! a class that no row has is named as unknown, and walked by what its inputs are called.

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Is {
    /// A sampler: a picture comes of it.
    Runs,
    /// It chooses a sampler: by this name, or by its input `sampler_name` where this is empty.
    Picks(&'static str),
    /// It lays out the noise levels: along this schedule, or by its input `scheduler` where this is empty.
    Spaces(&'static str),
    /// Each output is the value of this input; an empty name is one that is computed, and so not in the file.
    Holds(&'static [&'static str]),
    /// These texts joined, with what its input `delimiter` holds between them.
    Joins(&'static [&'static str]),
    /// Width and height, chosen from a list as "832x1216", or typed; the outputs by name.
    Sizes(&'static [&'static str]),
    /// A text encoder.
    Says,
    /// Each output is what comes in by this input; what the node does to it is followed, or is nothing.
    Leads(&'static [&'static str]),
    /// The same, and what the node does is not followed.
    Loses(&'static [&'static str]),
    /// Latents of nothing, of a size.
    Empty,
    /// It brings something in; what is behind it matters to nobody.
    Ends,
}

/// A class, what it is, and those of its inputs that are followed or mean nothing; `name=value` means nothing while it is that. Others are named.
pub struct Row(pub &'static str, pub Is, pub &'static [&'static str]);

/// A collection of nodes.
#[cfg_attr(not(test), expect(dead_code, reason = "where a table comes from is for those who read it; a test holds that it is said"))]
pub struct Block {
    /// The collection.
    pub collection: &'static str,
    /// Where it was looked up.
    pub source: &'static str,
    /// When.
    pub date: &'static str,
    /// Its nodes.
    pub rows: &'static [Row],
}

/// All collections.
pub const BLOCKS: &[Block] =
    &[CORE_SAMPLING, CORE_TEXT, CORE_MODEL, CORE_LATENTS, CORE_VALUES, RGTHREE, EFFICIENCY, COMFYROLL, OTHERS, AFTER];

/// A class's row.
pub(super) fn find(class: &str) -> Option<&'static Row> {
    BLOCKS.iter().flat_map(|block| block.rows).find(|row| row.0 == class)
}

use Is::{Empty, Ends, Holds, Joins, Leads, Loses, Picks, Runs, Says, Sizes, Spaces};

const CORE_SAMPLING: Block = Block {
    collection: "ComfyUI: sampling",
    source: "nodes.py, comfy_extras/nodes_custom_sampler.py, nodes_align_your_steps.py, nodes_gits.py",
    date: "2026-11, commit 065c1df0",
    rows: &[
        Row("KSampler", Runs, &["seed", "steps", "cfg", "sampler_name", "scheduler", "denoise", "control_after_generate"]),
        Row(
            "KSamplerAdvanced",
            Runs,
            &[
                "noise_seed",
                "steps",
                "cfg",
                "sampler_name",
                "scheduler",
                "end_at_step",
                "control_after_generate",
                "start_at_step=0",
                "add_noise=enable",
                "return_with_leftover_noise=disable",
            ],
        ),
        Row("SamplerCustom", Runs, &["noise_seed", "cfg", "control_after_generate", "add_noise=true"]),
        Row("SamplerCustomAdvanced", Runs, &[]),
        Row("RandomNoise", Ends, &["noise_seed", "control_after_generate"]),
        Row("DisableNoise", Loses(&[]), &[]),
        Row("CFGGuider", Ends, &["cfg"]),
        Row("BasicGuider", Ends, &[]),
        Row("DualCFGGuider", Loses(&[]), &[]),
        Row("PerpNegGuider", Loses(&[]), &[]),
        Row("VideoLinearCFGGuidance", Loses(&["model"]), &[]),
        Row("KSamplerSelect", Picks(""), &["sampler_name"]),
        Row("SamplerEulerAncestral", Picks("euler_ancestral"), &["eta=1", "s_noise=1"]),
        Row("SamplerEulerAncestralCFGPP", Picks("euler_ancestral_cfg_pp"), &["eta=1", "s_noise=1"]),
        Row("SamplerEulerCFGpp", Picks("euler_cfg_pp"), &["version"]),
        Row("SamplerLMS", Picks("lms"), &["order"]),
        Row("SamplerDPMPP_2M_SDE", Picks("dpmpp_2m_sde"), &["solver_type=midpoint", "eta=1", "s_noise=1", "noise_device"]),
        Row("SamplerDPMPP_SDE", Picks("dpmpp_sde"), &["eta", "s_noise=1", "r=0.5", "noise_device"]),
        Row("SamplerDPMPP_3M_SDE", Picks("dpmpp_3m_sde"), &["eta", "s_noise=1", "noise_device"]),
        Row("SamplerDPMPP_2S_Ancestral", Picks("dpmpp_2s_ancestral"), &["eta=1", "s_noise=1"]),
        Row("SamplerDPMAdaptative", Picks("dpm_adaptive"), &[]),
        Row("SamplerER_SDE", Picks("er_sde"), &[]),
        Row("SamplerSASolver", Picks("sa_solver"), &[]),
        Row("SamplerLCMUpscale", Picks("lcm_upscale"), &[]),
        Row("BasicScheduler", Spaces(""), &["scheduler", "steps", "denoise"]),
        Row("KarrasScheduler", Spaces("karras"), &["steps", "sigma_max=14.614642", "sigma_min=0.0291675", "rho=7"]),
        Row("ExponentialScheduler", Spaces("exponential"), &["steps", "sigma_max=14.614642", "sigma_min=0.0291675"]),
        Row("BetaSamplingScheduler", Spaces("beta"), &["steps", "alpha=0.6", "beta=0.6"]),
        Row("AlignYourStepsScheduler", Spaces("Align Your Steps"), &["model_type", "steps", "denoise"]),
        Row("PolyexponentialScheduler", Spaces("polyexponential"), &["steps"]),
        Row("LaplaceScheduler", Spaces("laplace"), &["steps"]),
        Row("VPScheduler", Spaces("vp"), &["steps"]),
        Row("SDTurboScheduler", Spaces("turbo"), &["steps", "denoise"]),
        Row("GITSScheduler", Spaces("gits"), &["steps", "denoise"]),
        Row("ManualSigmas", Spaces("manual"), &["sigmas"]),
        Row("SplitSigmas", Loses(&["sigmas", "sigmas"]), &[]),
        Row("SplitSigmasDenoise", Loses(&["sigmas", "sigmas"]), &[]),
        Row("FlipSigmas", Loses(&["sigmas"]), &[]),
        Row("SetFirstSigma", Loses(&["sigmas"]), &[]),
        Row("ExtendIntermediateSigmas", Loses(&["sigmas"]), &[]),
    ],
};

const CORE_TEXT: Block = Block {
    collection: "ComfyUI: conditioning",
    source: "nodes.py, comfy_extras/nodes_clip_sdxl.py, nodes_controlnet.py, nodes_cond.py, nodes_flux.py, nodes_sd3.py, nodes_hypernetwork.py",
    date: "2026-11, commit 065c1df0",
    rows: &[
        Row("CLIPTextEncode", Says, &["text"]),
        Row("CLIPTextEncodeSDXL", Says, &["text_g", "text_l", "width", "height", "target_width", "target_height", "crop_w=0", "crop_h=0"]),
        Row("CLIPTextEncodeSDXLRefiner", Says, &["text", "width", "height"]),
        Row("CLIPTextEncodeFlux", Says, &["clip_l", "t5xxl"]),
        Row("CLIPTextEncodeSD3", Says, &["clip_l", "clip_g", "t5xxl"]),
        Row("CLIPTextEncodeControlnet", Loses(&["conditioning"]), &[]),
        Row("ConditioningConcat", Leads(&["conditioning_to"]), &[]),
        Row("ConditioningAverage", Leads(&["conditioning_to"]), &["conditioning_to_strength"]),
        Row("ConditioningCombine", Loses(&["conditioning_1"]), &[]),
        Row("ConditioningSetArea", Loses(&["conditioning"]), &[]),
        Row("ConditioningSetAreaPercentage", Loses(&["conditioning"]), &[]),
        Row("ConditioningSetAreaStrength", Loses(&["conditioning"]), &[]),
        Row("ConditioningSetMask", Loses(&["conditioning"]), &[]),
        Row("ConditioningSetTimestepRange", Loses(&["conditioning"]), &[]),
        Row("ConditioningZeroOut", Loses(&["conditioning"]), &[]),
        Row("ControlNetApply", Loses(&["conditioning"]), &[]),
        Row("ControlNetApplyAdvanced", Loses(&["positive", "negative"]), &[]),
        Row("ControlNetApplySD3", Loses(&["positive", "negative"]), &[]),
        Row("ControlNetInpaintingAliMamaApply", Loses(&["positive", "negative"]), &[]),
        Row("InpaintModelConditioning", Loses(&["positive", "negative", "pixels"]), &[]),
        Row("InstructPixToPixConditioning", Loses(&["positive", "negative", "pixels"]), &[]),
        Row("unCLIPConditioning", Loses(&["conditioning"]), &[]),
        Row("GLIGENTextBoxApply", Loses(&["conditioning_to"]), &[]),
        Row("StyleModelApply", Loses(&["conditioning"]), &[]),
        Row("FluxGuidance", Loses(&["conditioning"]), &[]),
        Row("PairConditioningSetProperties", Loses(&["positive_NEW", "negative_NEW"]), &[]),
        Row("PairConditioningCombine", Loses(&["positive_A", "negative_A"]), &[]),
        Row("ConditioningSetProperties", Loses(&["cond_NEW"]), &[]),
    ],
};

const CORE_MODEL: Block = Block {
    collection: "ComfyUI: models",
    source: "nodes.py, comfy_extras/nodes_model_advanced.py, nodes_freelunch.py, nodes_hypertile.py, nodes_sag.py, nodes_pag.py, nodes_tomesd.py",
    date: "2026-11, commit 065c1df0",
    rows: &[
        Row("CheckpointLoaderSimple", Ends, &["ckpt_name"]),
        Row("CheckpointLoader", Ends, &["ckpt_name", "config_name"]),
        Row("unCLIPCheckpointLoader", Ends, &["ckpt_name"]),
        Row("ImageOnlyCheckpointLoader", Ends, &["ckpt_name"]),
        Row("DiffusersLoader", Ends, &["model_path"]),
        Row("UNETLoader", Ends, &["unet_name", "weight_dtype=default"]),
        Row("CLIPLoader", Ends, &["clip_name", "type", "device"]),
        Row("DualCLIPLoader", Ends, &["clip_name1", "clip_name2", "type", "device"]),
        Row("VAELoader", Ends, &["vae_name"]),
        Row("LoraLoader", Leads(&["model", "clip"]), &["lora_name", "strength_model", "strength_clip"]),
        Row("LoraLoaderModelOnly", Leads(&["model"]), &["lora_name", "strength_model"]),
        Row("CLIPSetLastLayer", Leads(&["clip"]), &["stop_at_clip_layer"]),
        Row("RescaleCFG", Leads(&["model"]), &["multiplier"]),
        Row("ModelSamplingDiscrete", Leads(&["model"]), &["sampling", "zsnr"]),
        Row("ModelSamplingContinuousEDM", Loses(&["model"]), &[]),
        Row("ModelSamplingContinuousV", Loses(&["model"]), &[]),
        Row("ModelSamplingStableCascade", Loses(&["model"]), &[]),
        Row("ModelSamplingSD3", Loses(&["model"]), &[]),
        Row("ModelSamplingAuraFlow", Loses(&["model"]), &[]),
        Row("ModelSamplingFlux", Loses(&["model"]), &[]),
        Row("ModelComputeDtype", Leads(&["model"]), &["dtype"]),
        Row("FreeU", Loses(&["model"]), &[]),
        Row("FreeU_V2", Loses(&["model"]), &[]),
        Row("HyperTile", Loses(&["model"]), &[]),
        Row("PatchModelAddDownscale", Loses(&["model"]), &[]),
        Row("SelfAttentionGuidance", Loses(&["model"]), &[]),
        Row("PerturbedAttentionGuidance", Loses(&["model"]), &[]),
        Row("TomePatchModel", Loses(&["model"]), &[]),
        Row("PerpNeg", Loses(&["model"]), &[]),
        Row("HypernetworkLoader", Loses(&["model"]), &[]),
        Row("DifferentialDiffusion", Loses(&["model"]), &[]),
        Row("SkipLayerGuidanceSD3", Loses(&["model"]), &[]),
        Row("CFGZeroStar", Loses(&["model"]), &[]),
        Row("APG", Loses(&["model"]), &[]),
        Row("UNetSelfAttentionMultiply", Loses(&["model"]), &[]),
        Row("UNetCrossAttentionMultiply", Loses(&["model"]), &[]),
        Row("UNetTemporalAttentionMultiply", Loses(&["model"]), &[]),
        Row("CLIPAttentionMultiply", Loses(&["clip"]), &[]),
        Row("ModelMergeSimple", Loses(&["model1"]), &[]),
        Row("ModelMergeBlocks", Loses(&["model1"]), &[]),
        Row("ModelMergeAdd", Loses(&["model1"]), &[]),
        Row("ModelMergeSubtract", Loses(&["model1"]), &[]),
        Row("CLIPMergeSimple", Loses(&["clip1"]), &[]),
        Row("CLIPMergeAdd", Loses(&["clip1"]), &[]),
        Row("CLIPMergeSubtract", Loses(&["clip1"]), &[]),
        Row("GLIGENLoader", Ends, &["gligen_name"]),
        Row("ControlNetLoader", Ends, &["control_net_name"]),
        Row("TorchCompileModel", Leads(&["model"]), &["backend"]),
    ],
};

const CORE_LATENTS: Block = Block {
    collection: "ComfyUI: latents and pictures",
    source: "nodes.py, comfy_extras/nodes_latent.py, nodes_sd3.py",
    date: "2026-11, commit 065c1df0",
    rows: &[
        Row("EmptyLatentImage", Empty, &["width", "height", "batch_size=1"]),
        Row("EmptySD3LatentImage", Empty, &["width", "height", "batch_size=1"]),
        Row("VAEEncode", Ends, &[]),
        Row("VAEEncodeTiled", Ends, &["tile_size", "overlap", "temporal_size", "temporal_overlap"]),
        Row("VAEEncodeForInpaint", Loses(&[]), &[]),
        Row("LoadLatent", Ends, &["latent"]),
        Row("LoadImage", Ends, &["image", "upload", "channel"]),
        Row("LoadImageMask", Ends, &["image", "upload", "channel"]),
        Row("SetLatentNoiseMask", Loses(&["samples"]), &[]),
        Row("RepeatLatentBatch", Leads(&["samples"]), &["amount=1"]),
        Row("LatentFromBatch", Leads(&["samples"]), &["batch_index=0", "length"]),
        Row("LatentBatchSeedBehavior", Loses(&["samples"]), &[]),
        Row("LatentUpscale", Loses(&["samples"]), &[]),
        Row("LatentUpscaleBy", Loses(&["samples"]), &[]),
        Row("LatentComposite", Loses(&["samples_to"]), &[]),
        Row("LatentCompositeMasked", Loses(&["destination"]), &[]),
        Row("LatentBlend", Loses(&["samples1"]), &[]),
        Row("LatentInterpolate", Loses(&["samples1"]), &[]),
        Row("LatentAdd", Loses(&["samples1"]), &[]),
        Row("LatentMultiply", Loses(&["samples"]), &[]),
        Row("LatentFlip", Loses(&["samples"]), &[]),
        Row("LatentRotate", Loses(&["samples"]), &[]),
        Row("LatentCrop", Loses(&["samples"]), &[]),
    ],
};

const CORE_VALUES: Block = Block {
    collection: "ComfyUI: values",
    source: "comfy_extras/nodes_primitive.py, nodes_string.py, the frontend's virtual nodes",
    date: "2026-11, commit 065c1df0",
    rows: &[
        Row("PrimitiveInt", Holds(&["value"]), &["control_after_generate"]),
        Row("PrimitiveFloat", Holds(&["value"]), &[]),
        Row("PrimitiveString", Holds(&["value"]), &[]),
        Row("PrimitiveStringMultiline", Holds(&["value"]), &[]),
        Row("PrimitiveBoolean", Holds(&["value"]), &[]),
        Row("PrimitiveNode", Holds(&["value"]), &[]),
        Row("StringConcatenate", Joins(&["string_a", "string_b"]), &["delimiter"]),
        Row("Reroute", Leads(&[""]), &[]),
    ],
};

const RGTHREE: Block = Block {
    collection: "rgthree-comfy",
    source: "py/*.py",
    date: "2026-11, commit 13b4399 (2026-08)",
    rows: &[
        Row("Seed (rgthree)", Holds(&["seed"]), &[]),
        Row("KSampler Config (rgthree)", Holds(&["steps_total", "refiner_step", "cfg", "sampler_name", "scheduler"]), &[]),
        Row("Power Primitive (rgthree)", Holds(&["value"]), &["type"]),
        Row("SDXL Empty Latent Image (rgthree)", Empty, &["dimensions", "clip_scale", "batch_size=1"]),
        // Their inputs are LoRAs, and read as such (`model.rs`).
        Row("Power Lora Loader (rgthree)", Leads(&["model", "clip"]), &["*"]),
        Row("Lora Loader Stack (rgthree)", Leads(&["model", "clip"]), &["*"]),
        Row("Display Any (rgthree)", Leads(&["source"]), &[]),
        Row("Power Puter (rgthree)", Holds(&[""]), &["*"]),
    ],
};

const EFFICIENCY: Block = Block {
    collection: "efficiency-nodes-comfyui",
    source: "efficiency_nodes.py",
    date: "2026-11, commit 4579b7d (2026-03)",
    rows: &[
        Row(
            "KSampler (Efficient)",
            Runs,
            &["seed", "steps", "cfg", "sampler_name", "scheduler", "denoise", "preview_method", "vae_decode", "control_after_generate"],
        ),
        Row(
            "KSampler Adv. (Efficient)",
            Runs,
            &[
                "noise_seed",
                "steps",
                "cfg",
                "sampler_name",
                "scheduler",
                "end_at_step",
                "preview_method",
                "vae_decode",
                "start_at_step=0",
                "add_noise=enable",
                "return_with_leftover_noise=disable",
                "control_after_generate",
            ],
        ),
        Row(
            "Efficient Loader",
            Leads(&["", "positive", "negative", "", "", ""]),
            &[
                "ckpt_name",
                "vae_name=Baked VAE",
                "clip_skip",
                "lora_name",
                "lora_model_strength",
                "lora_clip_strength",
                "positive",
                "negative",
                "empty_latent_width",
                "empty_latent_height",
                "batch_size=1",
                "token_normalization=none",
                "weight_interpretation=comfy",
                "weight_interpretation=A1111",
            ],
        ),
        Row("LoRA Stacker", Ends, &["*"]),
        Row("HighRes-Fix Script", Loses(&[]), &[]),
        Row("Noise Control Script", Loses(&[]), &[]),
        Row("Tiled Upscaler Script", Loses(&[]), &[]),
    ],
};

const COMFYROLL: Block = Block {
    collection: "ComfyUI_Comfyroll_CustomNodes",
    source: "nodes/*.py",
    date: "2026-11, commit d78b780 (2024-01)",
    rows: &[
        Row("CR SDXL Aspect Ratio", Sizes(&["width", "height", "upscale_factor", "batch_size", ""]), &["*"]),
        Row("CR SD1.5 Aspect Ratio", Sizes(&["width", "height", "upscale_factor", "batch_size", ""]), &["*"]),
        Row("CR Aspect Ratio", Sizes(&["width", "height", "upscale_factor", "prescale_factor", "batch_size", ""]), &["*"]),
        Row("CR Seed", Holds(&["seed"]), &["control_after_generate"]),
        Row("CR Prompt Text", Holds(&["prompt"]), &[]),
        Row("CR Text", Holds(&["text"]), &[]),
        Row("CR Combine Prompt", Holds(&[""]), &["*"]),
        Row("CR LoRA Stack", Ends, &["*"]),
        Row("CR Apply LoRA Stack", Leads(&["model", "clip"]), &[]),
    ],
};

const OTHERS: Block = Block {
    collection: "other collections",
    source: "ComfyUI-KJNodes, was-node-suite-comfyui, ComfyUI-Custom-Scripts, ComfyUI-Image-Saver, ComfyUI_essentials, ComfyUI-Easy-Use, \
             ComfyUI_IPAdapter_plus, ComfyUI-Advanced-ControlNet, ComfyUI-Impact-Pack, comfyui-dynamicprompts, ComfyUI-GGUF, Crystools: their nodes' classes",
    date: "2026-11",
    rows: &[
        Row("INTConstant", Holds(&["value"]), &[]),
        Row("FloatConstant", Holds(&["value"]), &[]),
        Row("StringConstant", Holds(&["string"]), &[]),
        Row("StringConstantMultiline", Holds(&["string"]), &["strip_newlines"]),
        Row("JoinStrings", Joins(&["string1", "string2"]), &["delimiter"]),
        Row("Text Multiline", Holds(&["text"]), &[]),
        Row("Text Concatenate", Joins(&["text_a", "text_b", "text_c", "text_d"]), &["delimiter", "clean_whitespace"]),
        Row("Seed", Holds(&["seed", "seed", "seed"]), &["control_after_generate"]),
        Row("Number to Int", Leads(&["number"]), &[]),
        Row("ShowText|pysssss", Leads(&["text"]), &["*"]),
        Row("StringFunction|pysssss", Holds(&[""]), &["*"]),
        Row("LoraLoader|pysssss", Leads(&["model", "clip"]), &["lora_name", "strength_model", "strength_clip"]),
        Row("CheckpointLoader|pysssss", Ends, &["ckpt_name"]),
        Row("Seed Generator", Holds(&["seed"]), &["control_after_generate"]),
        Row("Sampler Selector", Holds(&["sampler_name", "scheduler"]), &[]),
        Row("Sampler Selector (Image Saver)", Holds(&["sampler_name", "sampler_name"]), &[]),
        Row("Scheduler Selector", Holds(&["scheduler"]), &[]),
        Row("Scheduler Selector (Image Saver)", Holds(&["scheduler", "scheduler"]), &[]),
        Row("Checkpoint Loader with Name (Image Saver)", Ends, &["ckpt_name"]),
        Row("Int Literal", Holds(&["int"]), &[]),
        Row("Int Literal (Image Saver)", Holds(&["int"]), &[]),
        Row("Float Literal", Holds(&["float"]), &[]),
        Row("Float Literal (Image Saver)", Holds(&["float"]), &[]),
        Row("String Literal", Holds(&["string"]), &[]),
        Row("String Literal (Image Saver)", Holds(&["string"]), &[]),
        Row("Width/Height Literal", Sizes(&["width", "height"]), &["*"]),
        Row("Cfg Literal", Holds(&["float"]), &[]),
        Row("SDXLEmptyLatentSizePicker+", Sizes(&["", "width", "height"]), &["*"]),
        Row("easy seed", Holds(&["seed"]), &["control_after_generate"]),
        Row("easy int", Holds(&["value"]), &[]),
        Row("easy float", Holds(&["value"]), &[]),
        Row("easy string", Holds(&["value"]), &[]),
        Row("easy positive", Holds(&["positive"]), &[]),
        Row("easy negative", Holds(&["negative"]), &[]),
        Row("ImpactInt", Holds(&["value"]), &[]),
        Row("ImpactFloat", Holds(&["value"]), &[]),
        // In both modes what was drawn by lot is put where it is read from.
        Row("ImpactWildcardProcessor", Holds(&["populated_text"]), &["*"]),
        Row("DPRandomGenerator", Holds(&[""]), &["*"]),
        Row("DPCombinatorialGenerator", Holds(&[""]), &["*"]),
        Row("Primitive integer [Crystools]", Holds(&["int"]), &[]),
        Row("Primitive float [Crystools]", Holds(&["float"]), &[]),
        Row("Primitive string [Crystools]", Holds(&["string"]), &[]),
        Row("UnetLoaderGGUF", Ends, &["unet_name"]),
        Row("CLIPLoaderGGUF", Ends, &["clip_name", "type"]),
        Row("DualCLIPLoaderGGUF", Ends, &["clip_name1", "clip_name2", "type"]),
        Row("IPAdapter", Loses(&["model"]), &[]),
        Row("IPAdapterAdvanced", Loses(&["model"]), &[]),
        Row("IPAdapterApply", Loses(&["model"]), &[]),
        Row("IPAdapterFaceID", Loses(&["model"]), &[]),
        Row("IPAdapterStyleComposition", Loses(&["model"]), &[]),
        Row("IPAdapterTiled", Loses(&["model"]), &[]),
        Row("IPAdapterBatch", Loses(&["model"]), &[]),
        Row("IPAdapterUnifiedLoader", Leads(&["model", ""]), &["preset"]),
        Row("IPAdapterUnifiedLoaderFaceID", Loses(&["model", ""]), &[]),
        Row("IPAdapterModelLoader", Ends, &["ipadapter_file"]),
        Row("ApplyInstantID", Loses(&["model", "positive", "negative"]), &[]),
        Row("ACN_AdvancedControlNetApply", Loses(&["positive", "negative", "model_optional"]), &[]),
        Row("ACN_AdvancedControlNetApply_v2", Loses(&["positive", "negative", "model_optional"]), &[]),
        Row("ControlNetApplyAdvanced|pysssss", Loses(&["positive", "negative"]), &[]),
        Row("DynamicThresholdingFull", Loses(&["model"]), &[]),
        Row("DynamicThresholdingSimple", Loses(&["model"]), &[]),
        Row("AutomaticCFG", Loses(&["model"]), &[]),
        Row("ADE_AnimateDiffLoaderGen1", Loses(&["model"]), &[]),
        Row(
            "BNK_CLIPTextEncodeAdvanced",
            Says,
            &["text", "token_normalization=none", "weight_interpretation=comfy", "weight_interpretation=A1111"],
        ),
        Row("smZ CLIPTextEncode", Says, &["*"]),
        Row("LoraTagLoader", Leads(&["model", "clip"]), &["text"]),
    ],
};

const AFTER: Block = Block {
    collection: "what changes a picture after the sampler",
    source: "nodes.py, comfy_extras/nodes_upscale_model.py, ComfyUI_UltimateSDUpscale, ComfyUI-Impact-Pack, comfyui-reactor-node",
    date: "2026-11",
    rows: &[
        Row("UltimateSDUpscale", Loses(&[]), &[]),
        Row("FaceDetailer", Loses(&[]), &[]),
        Row("DetailerForEach", Loses(&[]), &[]),
        Row("DetailerForEachPipe", Loses(&[]), &[]),
        Row("ImageUpscaleWithModel", Loses(&[]), &[]),
        Row("ImageScale", Loses(&[]), &[]),
        Row("ImageScaleBy", Loses(&[]), &[]),
        Row("ImageScaleToTotalPixels", Loses(&[]), &[]),
        Row("ReActorFaceSwap", Loses(&[]), &[]),
    ],
};

/// Classes whose mere presence changed the picture after its sampler.
pub(super) fn is_after(class: &str) -> bool {
    AFTER.rows.iter().any(|row| row.0 == class)
}
