(() => {
  "use strict";
  // One moment and one age, read off all heat maps of a clip at once.
  for (const group of document.querySelectorAll(".heats")) {
    const maps = [...group.querySelectorAll(".heat")].filter(heat => heat.dataset.columns).map(heat => ({
      output: heat.querySelector("output"), cells: heat.querySelector(".cells"), mark: heat.querySelector(".mark"),
      ages: [...heat.querySelectorAll(".ages span")].map(age => age.textContent),
      width: +heat.dataset.width,
      columns: heat.dataset.columns.split(";").map(column => column.split(",").map(Number))
    }));
    const clear = () => {
      group.classList.remove("pointing");
      for (const { output } of maps) output.textContent = "";
    };
    const point = event => {
      const at = maps.find(({ cells }) => cells.contains(event.target));
      if (!at) return clear();
      const box = at.cells.getBoundingClientRect();
      const column = Math.floor((event.clientX - box.left) / box.width / at.width);
      const age = Math.floor((event.clientY - box.top) / box.height * at.ages.length);
      const here = at.columns[column];
      if (!here || age < 0 || here[age + 1] === undefined) return clear();
      group.classList.add("pointing");
      for (const { output, mark, ages, width, columns } of maps) {
        const [time, ...values] = columns[column];
        mark.style.left = 100 * column * width + "%";
        mark.style.width = 100 * width + "%";
        mark.style.top = 100 * age / ages.length + "%";
        mark.style.height = 100 / ages.length + "%";
        const when = ages[age] === "now" ? "now" : ages[age] + " ago";
        output.textContent = `${time.toFixed(2)} s, ${when}: ${(values[age] / 1000).toFixed(3)}`;
      }
    };
    group.addEventListener("pointermove", point);
    group.addEventListener("pointerdown", point);
    group.addEventListener("pointerleave", clear);
  }
})();
