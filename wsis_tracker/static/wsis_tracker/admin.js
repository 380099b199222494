/* Names that the scripts of Django's admin leave out: of fields chosen by typing (Select2), and of the signs beside a filter. */
"use strict";
{
    const jQuery = window.django?.jQuery;
    const typed = jQuery?.fn.djangoAdminSelect2;

    const nameOf = (select) => select.getAttribute("aria-label") ?? select.labels[0]?.textContent.trim().replace(/[:：]$/, "") ?? "";

    /* The field that Select2 draws says what the field that it hides would: its name, its help, what is wrong with it. */
    const name = (select) => {
        const field = jQuery(select).data("select2").$selection[0];
        field.removeAttribute("aria-labelledby");
        for (const drawn of [field, ...field.querySelectorAll("[role=searchbox]")]) {
            drawn.setAttribute("aria-label", nameOf(select));
            for (const attribute of ["aria-describedby", "aria-invalid"]) {
                if (select.hasAttribute(attribute)) drawn.setAttribute(attribute, select.getAttribute(attribute));
            }
        }
        const chosen = field.querySelector(".select2-selection__rendered");
        chosen.removeAttribute("role");
        chosen.removeAttribute("aria-readonly");
    };

    const nameList = (select) => {
        const { $selection, dropdown } = jQuery(select).data("select2");
        $selection.attr("aria-controls", $selection.attr("aria-owns"));
        for (const part of [dropdown.$search, dropdown.$dropdown.find("[role=listbox]")]) part.attr("aria-label", nameOf(select));
    };

    if (typed) {
        jQuery.fn.djangoAdminSelect2 = function () {
            typed.call(this);
            this.each((_, select) => name(select));
            return this.on("select2:open", (event) => nameList(event.target));
        };
    }

    window.addEventListener("load", () => {
        for (const sign of document.querySelectorAll(".help-tooltip[aria-label]")) sign.setAttribute("role", "img");
    });
}
