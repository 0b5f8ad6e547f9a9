// The marks over a chart answer: pointer and arrow keys tell, click and Enter choose. The kernel draws everything else.
function render({ model, el }) {
  const told = document.createElement("p");
  told.setAttribute("role", "status");
  const picture = document.createElement("div");
  el.classList.add("bw-live");
  el.append(picture, told);
  const choose = (name, value) => { model.set(name, value); model.save_changes(); };
  const draw = () => {
    picture.innerHTML = model.get("value");
    told.textContent = "";
    const acts = [...picture.querySelectorAll("a[data-act]")];
    acts.forEach((one, place) => {
      one.onmouseenter = one.onfocus = () => { told.textContent = one.querySelector("title").textContent; };
      one.onclick = (event) => { event.preventDefault(); choose("act", one.dataset.act); };
      one.onkeydown = (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1, PageDown: 10, PageUp: -10 }[event.key];
        if (event.key === " ") one.onclick(event);
        if (!step) return;
        event.preventDefault(); event.stopPropagation();
        const next = acts[Math.min(acts.length - 1, Math.max(0, place + step))];
        one.tabIndex = -1; next.tabIndex = 0; next.focus();
      };
    });
    picture.querySelectorAll("g.days").forEach((panel) => {
      const days = JSON.parse(panel.dataset.days), line = panel.querySelector("path");
      let now = days.length - 1;
      const show = (place) => {
        now = Math.min(days.length - 1, Math.max(0, place));
        line.setAttribute("transform", `translate(${days[now][0]})`);
        line.setAttribute("visibility", "visible");
        told.textContent = days[now][2];
        panel.setAttribute("aria-valuenow", now);
        panel.setAttribute("aria-valuetext", days[now][2]);
      };
      panel.onmousemove = (event) => {
        const box = panel.ownerSVGElement.getBoundingClientRect();
        const x = (event.clientX - box.left) / box.width * panel.ownerSVGElement.viewBox.baseVal.width;
        show(days.reduce((best, one, place) => Math.abs(one[0] - x) < Math.abs(days[best][0] - x) ? place : best, 0));
      };
      panel.onfocus = () => show(now);
      panel.onmouseleave = panel.onblur = () => line.setAttribute("visibility", "hidden");
      panel.onclick = () => choose("day", days[now][1]);
      panel.onkeydown = (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1, PageDown: 12, PageUp: -12, Home: -1e9, End: 1e9 }[event.key];
        if (step) { event.preventDefault(); event.stopPropagation(); show(now + step); }
        if (event.key === "Enter" || event.key === " ") { event.preventDefault(); event.stopPropagation(); choose("day", days[now][1]); }
      };
    });
  };
  model.on("change:value", draw);
  draw();
}
export default { render };
