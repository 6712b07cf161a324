// Plays tests side by side, a browser each, so that what one page keeps is no other's; and tells of them in the order in which they were
// written down, whichever ended first. It knows nothing of pages.

/**
 * @template Job, Result
 * @param {Job[]} jobs in the order in which they are begun and told of
 * @param {{ lanes: number, alone: (job: Job) => string | null, play: (job: Job, lane: number) => Promise<Result>, tell: (result: Result) => void }} how
 *   `alone`: of the jobs with the same word only one is played at a time, such as those that share a browser or need all of a GPU
 */
export async function playSideBySide(jobs, { lanes, alone, play, tell }) {
  const waiting = jobs.map((job, index) => ({ job, index, word: alone(job) }));
  const busy = new Set();
  const results = new Map();
  let told = 0;
  let free = () => {};
  let freed = new Promise((resolve) => (free = resolve));

  /** @param {number} lane */
  async function follow(lane) {
    while (waiting.length > 0) {
      const place = waiting.findIndex(({ word }) => word === null || !busy.has(word));
      if (place < 0) {
        await freed;
        continue;
      }
      const [{ job, index, word }] = waiting.splice(place, 1);
      if (word !== null) busy.add(word);
      results.set(index, await play(job, lane));
      if (word !== null) busy.delete(word);
      for (; results.has(told); told++) tell(results.get(told));
      free();
      freed = new Promise((resolve) => (free = resolve));
    }
  }

  await Promise.all(Array.from({ length: lanes }, (_, lane) => follow(lane)));
}
