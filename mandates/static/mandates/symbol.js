/* While a symbol is typed: which documents of the register bear it or one like it, and what it tells, offered in the fields left empty. */
"use strict";
{
    const PAUSE = 400;

    /* What was offered before, by the name of the field: it may be offered anew, what a person typed may not. */
    const offered = {};

    const offer = (form, name, value, label) => {
        const field = form.elements[name];
        if (!field || (field.value && field.value !== offered[name])) return;
        if (value && label && ![...field.options].some((option) => option.value === value)) field.append(new Option(label, value));
        field.value = offered[name] = value;
        field.dispatchEvent(new Event("change", { bubbles: true }));
    };

    const offerAll = (form, entry) => {
        offer(form, "kind", entry.kind);
        offer(form, "body", String(entry.body?.key ?? ""), entry.body?.display);
        offer(form, "place", entry.place);
        offer(form, "dated_on", entry.year);
        if (form.elements.dated_on?.value === entry.year) offer(form, "date_basis", entry.year && "symbol");
        form.elements.offered.value = "on";
    };

    const line = (text, documents = []) => {
        const paragraph = document.createElement("p");
        paragraph.append(text);
        documents.forEach(({ display, title, url }, place) => {
            const link = document.createElement("a");
            link.href = url;
            link.textContent = display;
            paragraph.append(place ? ", " : " ", link, title && title !== display ? ` (${title})` : "");
        });
        return paragraph;
    };

    const show = (status, { said, same, near }) => {
        const lines = [said.told && line(said.told), said.same && line(said.same, same), said.near && line(said.near, near)];
        status.replaceChildren(...lines.filter(Boolean));
    };

    const begin = (field) => {
        const status = document.createElement("div");
        status.setAttribute("role", "status");
        status.className = "help symbol-told";
        (field.closest(".flex-container") ?? field).after(status);
        let waiting, asked;
        const ask = async () => {
            asked?.abort();
            asked = new AbortController();
            const query = new URLSearchParams({ symbol: field.value, but: field.dataset.but ?? "" });
            try {
                const answer = await fetch(`${field.dataset.toldAt}?${query}`, { signal: asked.signal });
                if (!answer.ok) return;
                const entry = await answer.json();
                show(status, entry);
                if (!field.dataset.but) offerAll(field.form, entry);
            } catch (error) {
                if (error.name !== "AbortError") status.replaceChildren(); /* saving says the same */
            }
        };
        field.addEventListener("input", () => {
            clearTimeout(waiting);
            waiting = setTimeout(ask, PAUSE);
        });
        if (field.value && !field.dataset.but) ask();
    };

    window.addEventListener("load", () => {
        const field = document.querySelector("input[data-told-at]");
        if (field) begin(field);
    });
}
