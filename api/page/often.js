// Work that many events ask for, done once for all of them.

// `when`: how long they are gathered, as `requestAnimationFrame` or a timer does it.
export function oftenAsked(work, when = requestAnimationFrame) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    when(() => {
      asked = false;
      work();
    });
  };
}
