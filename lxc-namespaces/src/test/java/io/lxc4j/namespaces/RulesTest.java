package io.lxc4j.namespaces;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.lang.foreign.Linker;
import java.nio.file.Path;
import java.util.TreeSet;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What holds for all classes of this module. */
@DisplayName("All classes")
class RulesTest {
    private static final JavaClasses CLASSES = new ClassFileImporter().importPath(Path.of("target/classes"));

    @Test
    void are_in_packages_without_cycles() {
        slices().matching("io.lxc4j.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void leave_foreign_functions_to_the_kernel_package() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.lxc4j.kernel")
                .should()
                .dependOnClassesThat()
                .areAssignableTo(Linker.class)
                .check(CLASSES);
        assertThat(CLASSES.get("io.lxc4j.kernel.MachineCode").getDirectDependenciesFromSelf())
                .as("the rule sees what it looks for")
                .anyMatch(dependency -> dependency.getTargetClass().isAssignableTo(Linker.class));
    }

    @Test
    void keep_off_the_standard_streams() {
        NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(CLASSES);
    }

    @Test
    void are_in_packages_that_say_what_belongs_there_and_allow_no_null() {
        TreeSet<String> packages = new TreeSet<>();
        for (var type : CLASSES) {
            JavaPackage own = type.getPackage();
            if (!type.getSimpleName().equals("module-info") && packages.add(own.getName())) {
                assertThat(own.tryGetPackageInfo()).as(own.getName()).isPresent();
                assertThat(own.isAnnotatedWith("org.jspecify.annotations.NullMarked"))
                        .as(own.getName())
                        .isTrue();
            }
        }
        assertThat(packages)
                .contains(
                        "io.lxc4j.error",
                        "io.lxc4j.json",
                        "io.lxc4j.kernel",
                        "io.lxc4j.launch",
                        "io.lxc4j.namespaces",
                        "io.lxc4j.seccomp");
    }
}
