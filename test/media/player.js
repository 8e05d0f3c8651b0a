/* What the page does with one file; the test reads the answer. */
globalThis.look = async ({ name, width, height }) => {
  const video = document.createElement('video');
  document.body.append(video);
  video.muted = true;
  const pictures = [];
  let trouble = null;
  const within = (what, work) =>
    Promise.race([work, new Promise((_, reject) => setTimeout(() => reject(new Error(`no ${what} within 10 s`)), 10_000))]);
  const event = (what) =>
    within(
      what,
      new Promise((resolve, reject) => {
        video.addEventListener(what, () => resolve(), { once: true });
        video.addEventListener('error', () => reject(new Error(video.error?.message ?? 'error')), { once: true });
      }),
    );
  const picture = () => {
    if (video.videoWidth === 0) return null;
    const canvas = document.createElement('canvas');
    canvas.width = width;
    canvas.height = height;
    const context = canvas.getContext('2d');
    if (!context) return null;
    context.drawImage(video, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    return Array.from({ length: width * height }, (_, at) => data[4 * at + 1] ?? 0);
  };
  const seek = async (to) => {
    const done = event('seeked');
    // The picture is painted a moment after the seek is over; one that is there already is not painted again.
    const painted = new Promise((resolve) => {
      video.requestVideoFrameCallback(resolve);
      setTimeout(resolve, 1000);
    });
    video.currentTime = to;
    await done;
    if (video.videoWidth > 0) await painted;
    pictures.push(picture());
  };
  try {
    const loaded = event('loadeddata');
    video.src = name;
    await loaded;
    await within('start', video.play());
    const begun = performance.now();
    while (video.currentTime < 0.12 && performance.now() - begun < 5000) await new Promise((resolve) => setTimeout(resolve, 10));
    if (video.currentTime < 0.12) trouble = 'its time does not move';
    video.pause();
    await seek(0);
    await seek(video.duration / 2);
    await seek(Math.max(0, video.duration - 0.001));
  } catch (error) {
    trouble = error instanceof Error ? error.message : String(error);
  }
  const { duration, videoWidth, videoHeight } = video;
  video.remove();
  return { trouble, seconds: duration, width: videoWidth, height: videoHeight, pictures };
};
