// What comes along and is neither a crate nor a package: data that the models were made from or contain. Their cards tell more.

/**
 * @type {{ name: string, version: string, licence: string, from: string, by: string, of?: string[] }[]} `of`: only with these models; the rest is in the program
 */
export const DATA = [
  { name: "CLIP's vocabulary", version: "", licence: "MIT", from: "https://github.com/openai/CLIP", by: "2021 OpenAI" },
  {
    name: "Fluent Emoji, from which the emoji model learnt",
    version: "",
    licence: "MIT",
    from: "https://github.com/microsoft/fluentui-emoji",
    by: "Microsoft Corporation",
    of: ["emoji"],
  },
  {
    name: "emojibase-data, whose names it learnt",
    version: "17.0.0",
    licence: "MIT",
    from: "https://github.com/milesj/emojibase",
    by: "Miles Johnson",
    of: ["emoji"],
  },
];
